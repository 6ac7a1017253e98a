import { MessagePrimitive } from '@assistant-ui/react';

const Text = ({ text }: { text: string }) => <p className="whitespace-pre-wrap">{text}</p>;

export const SystemMessage = () => (
  <MessagePrimitive.Root className="rounded-lg border border-border border-dashed px-4 py-2.5 text-faint text-sm">
    <p className="mb-0.5 font-medium text-xs">System message</p>
    <MessagePrimitive.Parts components={{ Text }} />
  </MessagePrimitive.Root>
);
