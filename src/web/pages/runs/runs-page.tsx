import { Activity } from 'lucide-react';
import { Card, Page } from '../../ui/page.tsx';
import { EmptyState } from '../../ui/states.tsx';

export const RunsPage = () => (
  <Page title="Runs" description="Every run across all threads." wide>
    <Card>
      <EmptyState icon={Activity} title="This page is being built" />
    </Card>
  </Page>
);
