/** The one sentence, and what it is about. */
import type { Dossier } from '../api/dossier.ts';
import { Prose } from '../ui/prose.tsx';
import { TierMark } from '../ui/tier.tsx';
import { When } from '../ui/when.tsx';
import { PROVENANCE, STATE, shortRef } from '../ui/words.ts';

export function Head({ dossier }: { dossier: Dossier }) {
  const { decision, state, title, pusher, createdAt, people } = dossier;
  return (
    <header className="dossier-head">
      <p className="facts dossier-facts">
        <TierMark tier={decision.tier} />
        <span className="place">
          {decision.change.repo} <span className="arrow">→</span> {shortRef(decision.change.targetRef)}
        </span>
        <span>{PROVENANCE[decision.provenance.level]}</span>
        {pusher !== null && <span>pushed by {people[pusher]?.name ?? pusher}</span>}
        <When at={createdAt} />
        <span className={`state state-${state}`} data-testid="state">
          {STATE[state]}
        </span>
      </p>
      <h1 className="sentence" data-testid="summary">
        <Prose text={decision.summary} />
      </h1>
      <p className="commit-title">
        <span>The change calls itself</span> “{title}”
      </p>
      {decision.refusals.map((r) => (
        <div className="problem" key={r.code + r.text} role="note">
          <strong>No signature can cure this: {r.text}</strong>
          {r.remedy !== undefined && <p>{r.remedy}</p>}
          <code>{r.code}</code>
        </div>
      ))}
    </header>
  );
}
