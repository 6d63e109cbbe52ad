/** Why a human is asked: the tree of reasons, the outermost open. */
import type { Dossier, Reason } from '../api/generated.ts';
import { useLandedByGlass } from '../api/glass.ts';
import { Prose } from '../ui/prose.tsx';
import { Section } from '../ui/section.tsx';
import { reasonsNow, whyTitle } from './told.ts';

const MARK: Readonly<Record<Reason['state'], readonly [sign: string, word: string]>> = { yes: ['●', 'yes'], no: ['○', 'no'], unknown: ['?', 'unknown'], note: ['·', 'note'] };

export function Why({ dossier }: { dossier: Dossier }) {
  const glass = useLandedByGlass(dossier.id);
  return (
    <Section id="why" title={whyTitle(dossier)}>
      <ul className="reasons" aria-label="Reasons">
        <Node reason={reasonsNow({ ...dossier, glass })} depth={0} />
      </ul>
    </Section>
  );
}

/** An open requirement stands out; a rule that does not apply steps back. */
const look = ({ state, code }: Reason): string => `reason reason-${code === 'RULE_NOT_APPLICABLE' ? 'quiet' : state}`;

function Node({ reason, depth }: { reason: Reason; depth: number }) {
  if (reason.children.length === 0)
    return (
      <li className={look(reason)}>
        <Line reason={reason} />
      </li>
    );
  return (
    <li className={look(reason)}>
      <details open={depth < 1}>
        <summary>
          <Line reason={reason} />
        </summary>
        <ul>
          {reason.children.map((child, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the tree of one answer never changes order, and reasons may repeat
            <Node key={i} reason={child} depth={depth + 1} />
          ))}
        </ul>
      </details>
    </li>
  );
}

function Line({ reason }: { reason: Reason }) {
  const [sign, word] = MARK[reason.state];
  return (
    <span className="reason-line">
      <span className="reason-mark" aria-hidden="true">
        {sign}
      </span>
      <span className="visually-hidden">{word}: </span>
      <span className="reason-text">
        <Prose text={reason.text} /> <code>{reason.code}</code>
      </span>
    </span>
  );
}
