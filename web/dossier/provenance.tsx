/** What is known of AI assistance, how well, and what the author declared. */
import type { Provenance, ProvenanceEvidence } from '../api/generated.ts';
import { Section } from '../ui/section.tsx';
import { count, PROVENANCE, trustWord } from '../ui/words.ts';

export function ProvenancePart({ provenance }: { provenance: Provenance }) {
  const { level, evidence, declarations, contradictions, lines } = provenance;
  return (
    <Section id="provenance" title="Provenance">
      <p className="lead">
        {PROVENANCE[level]}
        {level === 'unattributed' && <span className="faint"> No marker was found. That is not proof of a human.</span>}
      </p>
      {lines !== undefined && <p className="by-line">{byLine(lines)}</p>}
      {contradictions.map((text) => (
        <p key={text} className="warn">
          {text}
        </p>
      ))}
      {evidence.length > 0 && (
        <ul className="evidence">
          {evidence.map((e) => (
            <Item key={`${e.rule}${e.commit}${e.matched}`} evidence={e} />
          ))}
        </ul>
      )}
      {declarations.map((d) => (
        <p key={d.commit + d.value} className="declared">
          Declared in <code>{d.commit.slice(0, 10)}</code>: <code>Assisted-by: {d.value}</code>
        </p>
      ))}
    </Section>
  );
}

/** What records say of lines. The rest is nobody's word, and never a human's by default. */
function byLine({ ai, added, removed, proven }: NonNullable<Provenance['lines']>): string {
  const gone = removed === 0 ? '' : `, and ${count(removed, 'line')} removed`;
  return `${ai} of ${count(added, 'added line')} written by AI${gone}, as ${proven ? 'managed recorders signed' : 'unsigned records say'}. They are striped in the difference below.`;
}

function Item({ evidence: e }: { evidence: ProvenanceEvidence }) {
  return (
    <li>
      <code className="matched">{e.matched}</code>
      <span className="evidence-more">
        {e.tool}
        {e.model !== undefined && ` (${e.model})`}, {e.slot}
        {e.commit !== undefined && (
          <>
            {' '}
            of <code>{e.commit.slice(0, 10)}</code>
          </>
        )}
        {e.line !== undefined && ` line ${e.line}`}
        <Trust level={e.trust} />
      </span>
    </li>
  );
}

function Trust({ level }: { level: number }) {
  return (
    <span className="trust" title={`trust ${level} of 5`}>
      <span aria-hidden="true">
        {[1, 2, 3, 4, 5].map((n) => (
          <i key={n} className={n <= level ? 'on' : undefined} />
        ))}
      </span>
      {trustWord(level)}
    </span>
  );
}
