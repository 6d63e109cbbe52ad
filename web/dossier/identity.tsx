/** What exactly is signed: the digests, for whoever wants to compare. */
import type { Dossier } from '../api/generated.ts';
import { Section } from '../ui/section.tsx';

export function Identity({ dossier }: { dossier: Dossier }) {
  const { change, policyDigest, rosterDigest } = dossier.decision;
  const rows: readonly (readonly [string, string])[] = [
    ['Content', change.manifest],
    ['Content, SHA-256', change.manifest256],
    ['Head commit', change.head],
    ['Onto', change.base ?? 'nothing: the ref does not exist yet'],
    ['Policy', policyDigest],
    ['Roster', rosterDigest],
    ['This page', dossier.presented],
  ];
  return (
    <Section id="identity" title="Exactly this">
      <details className="identity">
        <summary>
          Content <code>{change.manifest.slice(0, 16)}</code>, on <code>{change.head.slice(0, 10)}</code>
        </summary>
        <dl>
          {rows.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
      {dossier.signoffs.length > 0 && (
        <p className="evidence">
          To prove it offline:{' '}
          <a href={`/api/v1/changes/${dossier.id}/bundle`} download={`${dossier.id}.json`}>
            the evidence
          </a>{' '}
          and{' '}
          <a href="/api/v1/trust" download="trust.json">
            whom to trust
          </a>
          , then <code>countersign verify</code>.
        </p>
      )}
    </Section>
  );
}
