/** Three threads wound side by side. */
export const Logo = ({ className }: { className?: string }) => (
  <svg viewBox="0 0 32 32" className={className} aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="var(--accent)" />
    <g fill="none" stroke="var(--on-accent)" strokeWidth="2.2" strokeLinecap="round">
      <path d="M7 8.8c5-5.5 13 12.5 18 7" opacity=".8" />
      <path d="M7 12.5c5-5.5 13 12.5 18 7" />
      <path d="M7 16.2c5-5.5 13 12.5 18 7" opacity=".55" />
    </g>
  </svg>
);
