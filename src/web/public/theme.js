// Runs before the first paint, so that a page in the dark does not flash white. Same rule and key as app/theme.tsx.
(() => {
  let chosen = 'system';
  try {
    chosen = localStorage.getItem('skein.theme') ?? 'system';
  } catch {
    // Storage is blocked: the system decides.
  }
  const dark = chosen === 'dark' || (chosen === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
})();
