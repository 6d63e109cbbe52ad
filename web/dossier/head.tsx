/** The one sentence, and what it is about. */
import type { Dossier } from '../api/generated.ts';
import { toJudgement } from '../sign/sign-panel.tsx';
import { Prose } from '../ui/prose.tsx';
import { TierMark } from '../ui/tier.tsx';
import { When } from '../ui/when.tsx';
import { PROVENANCE, STATE, shortRef } from '../ui/words.ts';
import { objections } from './signoffs.ts';

/** What keeps the content from landing whoever else signs: nobody should spend an hour before they read it. */
const Objections = ({ dossier }: { dossier: Dossier }) =>
  objections(dossier).map((s) => (
    <div className="problem" key={s.index} role="note" data-testid="objection">
      <strong>{s.signer.name} asked for changes</strong>
      {s.said?.conditions.map((text, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: signed words never change order, and may repeat
        <p key={i}>{text}</p>
      ))}
      <p className="faint">
        No push of this content passes while that stands. <a href={`#signoff-${s.index}`}>Log entry {s.index}</a>
      </p>
    </div>
  ));

const Squash = ({ commits }: { commits: number }) => (
  <p className="note" data-testid="squash">
    It comes as <a href="#commits">{commits} commits</a>, and each commit of a push is judged by itself. Those nobody signs one by one have to be squashed before they land; a
    signature of the whole holds for the squashed commit.
  </p>
);

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
      <button type="button" className="jump" onClick={toJudgement}>
        {state === 'open' ? 'To your judgement' : 'What happens next'}
      </button>
      {(state === 'open' || state === 'signed') && <Objections dossier={dossier} />}
      {(state === 'open' || state === 'signed') && decision.outcome === 'signoff' && decision.change.commits.length > 1 && <Squash commits={decision.change.commits.length} />}
      {decision.mode !== 'enforce' && decision.outcome !== 'pass' && (
        <p className="note" data-testid="watched">
          This system is only watched so far (<code>{decision.mode}</code>): a push of this lands, and the log counts that it would have been stopped.
        </p>
      )}
      {decision.sampled && <p className="note">Passes by itself, and is drawn for a review after landing.</p>}
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
