/** The look of windows over the page, and of what lies between. */
export const overlay = 'fixed inset-0 z-40 animate-fade-in bg-black/40 backdrop-blur-[1px]';

/** In the middle; a sheet from below at phone width. */
export const sheet =
  'fixed inset-x-0 bottom-0 z-50 max-h-[92dvh] animate-rise-in overflow-y-auto rounded-t-2xl border border-border bg-raised p-5 shadow-pop sm:inset-x-auto sm:top-1/2 sm:bottom-auto sm:left-1/2 sm:w-[28rem] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-2xl';
