import { useQueryClient } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { SIGN_IN_NEEDED, sessionNews } from '../api/send.ts';
import { PageSkeleton } from '../ui/states.tsx';

const SignInPage = lazy(() =>
  import('../pages/sign-in/sign-in-page.tsx').then(({ SignInPage }) => ({ default: SignInPage })),
);

/**
 * The pages, or in their place the sign-in as soon as an answer asks for it. The address stays, so that the person goes on there. What was read for one
 * session is not shown in the next, which may be another project's.
 */
export function SessionGate({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [needed, setNeeded] = useState(false);
  /** Answers to requests that were sent before say nothing of the session there is now. */
  const [signedInAt, setSignedInAt] = useState(0);
  useEffect(() => {
    const ask = (event: Event) => {
      if (event instanceof CustomEvent && event.detail >= signedInAt) setNeeded(true);
    };
    sessionNews.addEventListener(SIGN_IN_NEEDED, ask);
    return () => sessionNews.removeEventListener(SIGN_IN_NEEDED, ask);
  }, [signedInAt]);
  if (!needed) return children;
  return (
    <Suspense fallback={<PageSkeleton />}>
      <SignInPage
        onSignedIn={() => {
          client.clear();
          setSignedInAt(performance.now());
          setNeeded(false);
        }}
      />
    </Suspense>
  );
}
