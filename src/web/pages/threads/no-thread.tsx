import { MessagesSquare } from 'lucide-react';
import { EmptyState } from '../../ui/states.tsx';

export const NoThread = () => (
  <EmptyState icon={MessagesSquare} title="Choose a thread">
    Or start a new one.
  </EmptyState>
);
