import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';

/** Puts a text on the clipboard and says so for a moment. @param label what is copied, such as "Copy run id" */
export function CopyButton({ text, label, className }: { text: string; label: string; className?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Tooltip hint={copied ? 'Copied' : label}>
      <Button
        variant="ghost"
        size="icon-sm"
        className={className}
        aria-label={label}
        onClick={() =>
          // Browsers refuse it to pages that came over plain HTTP from another machine.
          void navigator.clipboard?.writeText(text).then(
            () => setCopied(true),
            () => setCopied(false),
          )
        }
      >
        {copied ? <Check className="text-good" /> : <Copy />}
      </Button>
    </Tooltip>
  );
}
