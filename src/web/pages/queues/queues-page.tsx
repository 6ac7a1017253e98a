import { Gauge } from 'lucide-react';
import { Card, Page } from '../../ui/page.tsx';
import { EmptyState } from '../../ui/states.tsx';

export const QueuesPage = () => (
  <Page title="Queues" description="What waits, what runs, and who does it." wide>
    <Card>
      <EmptyState icon={Gauge} title="This page is being built" />
    </Card>
  </Page>
);
