import { Bot } from 'lucide-react';
import { Card, Page } from '../../ui/page.tsx';
import { EmptyState } from '../../ui/states.tsx';

export const AssistantsPage = () => (
  <Page title="Assistants" description="Model, instructions and tools under one name." wide>
    <Card>
      <EmptyState icon={Bot} title="This page is being built" />
    </Card>
  </Page>
);
