/** Who can sign: the roster, and the keys that prove a person. */
import { usePeople, useSession } from '../api/queries.ts';
import { PersonName } from '../ui/person.tsx';
import { Problem } from '../ui/problem.tsx';
import { When } from '../ui/when.tsx';
import { Enrol } from './enrol.tsx';

const KIND: Readonly<Record<string, string>> = { webauthn: 'passkey', 'sk-ssh': 'security key', demo: 'demo authenticator' };

export default function PeoplePage() {
  const { data, error, isPending } = usePeople();
  const me = useSession().data?.person?.id;
  return (
    <>
      <div className="page-head">
        <h1>People</h1>
        <p>Levels come from the roster. A key counts only because other humans signed it in; agents never fill a seat.</p>
      </div>
      {error !== null && <Problem error={error} />}
      {isPending && <p className="loading">Reading the roster…</p>}
      {me !== undefined && <Enrol />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table must be scrollable by keyboard */}
      <section className="table-frame" aria-label="People on the roster" tabIndex={0}>
        <table className="table people">
          <thead>
            <tr>
              <th>Person</th>
              <th>Teams</th>
              <th>Qualified in</th>
              <th>Keys</th>
            </tr>
          </thead>
          <tbody>
            {data?.items.map((p) => (
              <tr key={p.id} className={p.id === me ? 'is-you' : undefined}>
                <td>
                  <PersonName person={p} you={p.id === me} />
                </td>
                <td>{p.teams.join(', ')}</td>
                <td>{p.domains.join(', ')}</td>
                <td>
                  {p.keys.length === 0 && <span className="faint">none yet</span>}
                  {p.keys.map((k) => (
                    <div key={k.keyid} className="key-line">
                      <span>{KIND[k.kind] ?? k.kind}</span> <code title={k.keyid}>{k.keyid.slice(0, 19)}…</code> <When at={k.since} />
                    </div>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {data !== undefined && data.agents.length > 0 && <Agents agents={data.agents} names={new Map(data.items.map((p) => [p.id, p.name]))} />}
    </>
  );
}

function Agents({ agents, names }: { agents: readonly { id: string; owner: string }[]; names: ReadonlyMap<string, string> }) {
  return (
    <section className="agents">
      <h2>Agents</h2>
      <ul>
        {agents.map((a) => (
          <li key={a.id}>
            <code>{a.id}</code> is answered for by {names.get(a.owner) ?? a.owner}, who cannot sign what it makes.
          </li>
        ))}
      </ul>
    </section>
  );
}
