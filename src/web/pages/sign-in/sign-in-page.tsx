import { CircleAlert, LoaderCircle } from 'lucide-react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ApiError, sentenceOf } from '../../api/api-error.ts';
import { signIn } from '../../api/session.ts';
import { Logo } from '../../app/logo.tsx';
import { Button } from '../../ui/button.tsx';
import { Field, Input } from '../../ui/field.tsx';

/** Asks for a key. It is read from its field when it is sent, and kept nowhere: the session is a cookie that this page cannot read. */
export function SignInPage({ onSignedIn }: { onSignedIn: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<{ readonly text: string; readonly ofKey: boolean } | null>(null);
  useEffect(() => {
    const { title } = document;
    document.title = 'Sign in · Skein';
    // Whatever had the focus is gone with its page.
    field.current?.focus();
    return () => {
      document.title = title;
    };
  }, []);
  const refuse = (text: string, ofKey: boolean) => {
    setFailure({ text, ofKey });
    field.current?.focus();
    field.current?.select();
  };

  async function submit(event: FormEvent) {
    event.preventDefault();
    const key = field.current?.value.trim() ?? '';
    if (busy) return;
    if (key === '') return refuse('Enter a key.', true);
    setBusy(true);
    setFailure(null);
    try {
      await signIn(key);
    } catch (error) {
      setBusy(false);
      const wrong = error instanceof ApiError && (error.status === 401 || error.status === 422);
      return refuse(wrong ? 'This key is wrong, or it was revoked.' : sentenceOf(error), wrong);
    }
    if (field.current) field.current.value = '';
    onSignedIn();
  }

  return (
    <main id="content" className="grid min-h-dvh place-items-center bg-surface px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex flex-col items-center text-center">
          <Logo className="mb-4 size-11" />
          <h1 className="font-semibold text-xl tracking-tight">Sign in to Skein</h1>
          <p className="mt-1 text-pretty text-soft text-sm">This server asks for an API key.</p>
        </div>
        <form
          onSubmit={(event) => void submit(event)}
          className="rounded-xl border border-border bg-raised p-5 shadow-xs"
          aria-busy={busy}
        >
          <Field
            label="API key"
            hint="Exchanged for a session, and not kept here."
            error={failure?.ofKey ? failure.text : undefined}
          >
            {(control) => (
              <Input
                {...control}
                ref={field}
                type="password"
                name="api-key"
                autoComplete="current-password"
                autoCapitalize="none"
                autoCorrect="off"
                spellCheck={false}
                maxLength={1024}
                placeholder="skein_…"
                className="font-mono"
                readOnly={busy}
              />
            )}
          </Field>
          <div role="alert">
            {failure && (
              <p
                className={
                  failure.ofKey ? 'sr-only' : 'mt-3 flex gap-2 rounded-lg bg-bad-soft px-3 py-2 text-bad text-sm'
                }
              >
                {!failure.ofKey && <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />}
                {failure.text}
              </p>
            )}
          </div>
          <Button type="submit" variant="primary" className="mt-4 w-full" aria-disabled={busy}>
            {busy && <LoaderCircle className="animate-spin" aria-hidden />}
            {busy ? 'Signing in…' : 'Sign in'}
          </Button>
        </form>
        <p className="mt-4 text-balance text-center text-faint text-xs">No key? Ask whoever runs this server.</p>
      </div>
    </main>
  );
}
