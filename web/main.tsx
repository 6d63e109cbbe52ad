/** Starts the client. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiProblem } from './api/http.ts';
import { App } from './app.tsx';
import { Found } from './people/found.tsx';
import './style/ground.css';
import './style/shell.css';
import './style/parts.css';
import './style/queue.css';
import './style/dossier.css';
import './style/findings.css';
import './style/diff.css';
import './style/sign.css';
import './style/glass.css';
import './style/tables.css';

/** A refusal is an answer: only silence is worth asking again. */
const retry = (failures: number, error: unknown): boolean => failures < 2 && (!(error instanceof ApiProblem) || error.status === 0);
const client = new QueryClient({ defaultOptions: { queries: { retry, staleTime: 5_000 } } });

const root = document.getElementById('root');
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>{location.pathname === '/found' ? <Found /> : <App />}</QueryClientProvider>
    </StrictMode>,
  );
