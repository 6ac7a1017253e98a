import { useEffect, useState } from 'react';
import { formatRelative } from './format-time.ts';

const absolute = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });

/** How long ago, kept up to date; the exact time as a hint. */
export function RelativeTime({ time, className }: { time: string; className?: string }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={time} title={absolute.format(new Date(time))} className={className}>
      {formatRelative(time, Math.max(now, Date.parse(time)))}
    </time>
  );
}
