/** The shell and the page the address names. */
import { lazy, Suspense, useEffect, useRef } from 'react';
import { useSession } from './api/queries.ts';
import { navigate, useAddress } from './router/history.tsx';
import { type Route, routeOf } from './router/route.ts';
import { Header } from './shell/header.tsx';
import { Problem } from './ui/problem.tsx';
import { useShortcuts } from './ui/shortcuts.ts';
import { useTitle } from './ui/title.ts';

const QueuePage = lazy(() => import('./queue/queue-page.tsx'));
const DossierPage = lazy(() => import('./dossier/dossier-page.tsx'));
const LedgerPage = lazy(() => import('./ledger/ledger-page.tsx'));
const PeoplePage = lazy(() => import('./people/people-page.tsx'));
const TokensPage = lazy(() => import('./tokens/tokens-page.tsx'));

/** A change is called by what it does, once that is read. */
const TITLES: Readonly<Record<Route['page'], string | undefined>> = {
  queue: 'Queue',
  change: undefined,
  ledger: 'Ledger',
  people: 'People',
  tokens: 'API tokens',
  missing: 'Not found',
};

export function App() {
  const address = useAddress();
  const { pathname, search } = new URL(address, window.location.origin);
  const route = routeOf(pathname, search);
  const session = useSession();
  useShortcuts({ g: () => navigate('/') });
  useTitle(TITLES[route.page]);
  useArrival(pathname);
  return (
    <>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <Header session={session.data} page={route.page} />
      <main id="main" tabIndex={-1} className={`page page-${route.page}`}>
        {session.error !== null && <Problem error={session.error} />}
        <Suspense fallback={<p className="loading">Reading…</p>}>{session.data !== undefined && <Page route={route} />}</Suspense>
      </main>
    </>
  );
}

/** After following a link, reading goes on at the new page and not in the header. */
function useArrival(pathname: string): void {
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current !== pathname) document.getElementById('main')?.focus({ preventScroll: true });
    before.current = pathname;
  }, [pathname]);
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case 'queue':
      return <QueuePage state={route.state} />;
    case 'change':
      return <DossierPage key={route.id} id={route.id} />;
    case 'ledger':
      return <LedgerPage />;
    case 'people':
      return <PeoplePage />;
    case 'tokens':
      return <TokensPage />;
    case 'missing':
      return (
        <div className="empty">
          <h1>There is no such page</h1>
          <p>
            <a href="/">The queue</a> is where changes wait.
          </p>
        </div>
      );
  }
}
