/** One sign-off read back: the sentence it signed and everything said beside it. Nobody's words are markup. */

import type { ReactNode } from 'react';
import type { Dossier, Said, Signoff } from '../api/generated.ts';
import { CONDITIONS, count, DISPOSITION, HOLDS } from '../ui/words.ts';
import { findingKey } from './finding-key.ts';

export function Statement({ signoff, dossier }: { signoff: Signoff; dossier: Dossier }) {
  const { said } = signoff;
  if (said === null) return <p className="faint">What was said can no longer be read.</p>;
  return (
    <div className="statement">
      <blockquote>“{said.sentence}”</blockquote>
      <dl>
        <Part name={CONDITIONS[signoff.decision]} items={said.conditions} />
        <Part name="On the findings" items={said.dispositions.map((d) => onFinding(d, dossier))} />
        {said.answers.map((a) => (
          <Part key={a.question} name={dossier.questions.find((q) => q.id === a.question)?.text ?? a.question} items={[a.answer]} />
        ))}
        <Part
          name="Assumptions"
          items={said.assumptions.map((a) => (
            <>
              {a.text} <span className="faint">({HOLDS[a.holds]})</span>
            </>
          ))}
        />
        <Part name="Not checked" items={[said.notChecked]} />
        <Part name="Came into view" items={[`${said.filesViewed} of ${count(said.filesTotal, 'file')}`]} />
      </dl>
    </div>
  );
}

function onFinding({ finding, disposition, note }: Said['dispositions'][number], { decision }: Dossier): ReactNode {
  const at = decision.findings.findIndex((f) => findingKey(f) === finding);
  const seen = decision.findings[at];
  return (
    <>
      <strong>{DISPOSITION[disposition][0]}</strong> {seen === undefined ? <code>{finding}</code> : <a href={`#finding-${at + 1}`}>{seen.rule}</a>}: {note}
    </>
  );
}

function Part({ name, items }: { name: string; items: readonly ReactNode[] }) {
  if (items.length === 0) return null;
  return (
    <div>
      <dt>{name}</dt>
      {items.map((item, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: signed words never change order
        <dd key={i}>{item}</dd>
      ))}
    </div>
  );
}
