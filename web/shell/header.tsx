/** The line above every page: what this is, where one can go, who one is. */

import { Button } from 'react-aria-components';
import type { Session } from '../api/generated.ts';
import { Link } from '../router/history.tsx';
import type { Route } from '../router/route.ts';
import { KeyHelp } from '../ui/key-help.tsx';
import { PersonName } from '../ui/person.tsx';
import { Problem } from '../ui/problem.tsx';
import { ActAs } from './act-as.tsx';
import { providerHref, useSignIn } from './use-sign-in.ts';

const PAGES = [
  ['/', 'Queue', ['queue', 'change']],
  ['/ledger', 'Ledger', ['ledger']],
  ['/people', 'People', ['people']],
] as const;

export function Header({ session, page }: { session: Session | undefined; page: Route['page'] }) {
  const signIn = useSignIn();
  return (
    <div className={session?.demo ? 'top top-demo' : 'top'}>
      {session?.demo && <DemoBanner />}
      <header className="header">
        <Link href="/" className="wordmark">
          <Mark />
          Countersign
        </Link>
        <nav aria-label="Pages">
          {PAGES.map(([href, name, pages]) => (
            <Link key={href} href={href} aria-current={(pages as readonly string[]).includes(page) ? 'page' : undefined}>
              {name}
            </Link>
          ))}
        </nav>
        <span className="organisation">{session?.organisation}</span>
        <Who session={session} signIn={signIn} />
        <KeyHelp />
      </header>
      {signIn.error !== null && <Problem error={signIn.error} />}
    </div>
  );
}

function Who({ session, signIn }: { session: Session | undefined; signIn: ReturnType<typeof useSignIn> }) {
  if (session === undefined) return null;
  return (
    <div className="who">
      {session.person !== null && !session.demo && <PersonName person={session.person} />}
      {session.demo && <ActAs session={session} onChoose={(id) => signIn.actAs.mutate(id)} onLeave={() => signIn.leave.mutate()} />}
      {session.person === null && (
        <Button className="quiet" onPress={() => signIn.passkey.mutate(undefined)} isDisabled={signIn.passkey.isPending}>
          Sign in with a passkey
        </Button>
      )}
      {session.person === null && session.oidc !== null && (
        <a className="quiet" data-testid="header-oidc" href={providerHref(location.pathname, false)}>
          Sign in with {session.oidc}
        </a>
      )}
      {session.person !== null && (
        <Link className="quiet" href="/tokens">
          Tokens
        </Link>
      )}
      {session.person !== null && !session.demo && (
        <Button className="quiet" onPress={() => signIn.leave.mutate()}>
          Sign out
        </Button>
      )}
    </div>
  );
}

const DemoBanner = () => (
  <div className="demo-banner" role="note">
    <strong>Demo data</strong> <span>The people are invented and the log says so: nothing signed here proves anything.</span>
  </div>
);

const Mark = () => (
  <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
    <path d="M2.500 9.500l3.500 3.500 6-8.500" />
    <path className="second" d="M8.500 13l1.200 1 7.300-9.500" />
    <path d="M2.500 17.500h15" />
  </svg>
);
