import './styles/index.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './app/query-client.ts';
import { createAppRouter } from './app/router.tsx';
import { SessionGate } from './app/session-gate.tsx';
import { ThemeProvider } from './app/theme.tsx';
import { TooltipProvider } from './ui/tooltip.tsx';

// The policy of this page allows style tags only with the nonce of its answer; the scroll lock of dialogs adds one.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
if (nonce) setNonce(nonce);

const router = createAppRouter();
const container = document.getElementById('root');
if (container)
  createRoot(container).render(
    <StrictMode>
      <ThemeProvider>
        <QueryClientProvider client={createQueryClient()}>
          <TooltipProvider>
            <SessionGate>
              <RouterProvider router={router} />
            </SessionGate>
          </TooltipProvider>
        </QueryClientProvider>
      </ThemeProvider>
    </StrictMode>,
  );
