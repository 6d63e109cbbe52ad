/** Each dangerous thing a detector saw, and the reviewer's word on it. */
import type { Dossier, Finding } from '../api/generated.ts';
import { findingAnchor } from '../sign/draft.ts';
import type { DraftControl } from '../sign/use-draft.ts';
import { PersonName } from '../ui/person.tsx';
import { Prose } from '../ui/prose.tsx';
import { Section } from '../ui/section.tsx';
import { TierMark } from '../ui/tier.tsx';
import { DISPOSITION } from '../ui/words.ts';
import { Disposition } from './disposition.tsx';
import { findingKey } from './finding-key.ts';
import { latestWords } from './signoffs.ts';

/** @param control absent where the reader may not sign: findings are then only read. */
export function Findings({ dossier, control }: { dossier: Dossier; control: DraftControl | undefined }) {
  const { findings, notAnalysed } = dossier.decision;
  if (findings.length === 0 && notAnalysed.length === 0) return null;
  return (
    <Section id="findings" title={findings.length === 1 ? 'Finding' : 'Findings'}>
      {findings.map((finding, i) => (
        <article
          key={findingKey(finding)}
          id={findingAnchor(i)}
          className={`finding tier-edge-${finding.severity}`}
          tabIndex={-1}
          aria-label={`Finding ${i + 1} of ${findings.length}`}
        >
          <Facts finding={finding} />
          <Given finding={finding} dossier={dossier} />
          {control !== undefined && <Disposition finding={finding} control={control} />}
        </article>
      ))}
      {notAnalysed.map((n) => (
        <p key={n.path} className="warn">
          <code>{n.path}</code> was not analysed: {n.why}
        </p>
      ))}
    </Section>
  );
}

/** What signers made of it. */
function Given({ finding, dossier }: { finding: Finding; dossier: Dossier }) {
  const key = findingKey(finding);
  const given = latestWords(dossier).flatMap((s) => s.said?.dispositions.filter((d) => d.finding === key).map((d) => ({ ...d, signer: s.signer })) ?? []);
  return given.map((d) => (
    <p key={d.signer.id} className="given">
      <PersonName person={d.signer} /> <strong>{DISPOSITION[d.disposition][0].toLowerCase()}</strong>: {d.note}
    </p>
  ));
}

function Facts({ finding: f }: { finding: Finding }) {
  return (
    <>
      <p className="finding-meta">
        <TierMark tier={f.severity} quiet />
        <a className="mono" href={`#file-${f.place.path}`}>
          {f.place.path}
          {f.place.line !== undefined && `:${f.place.line}`}
        </a>
        {f.place.side !== 'head' && <span>{f.place.side === 'base' ? 'before the change' : 'in the plan'}</span>}
        <span className="rule-id" title={`rule ${f.rule} ${f.slug}`}>
          {f.rule} {f.slug}
        </span>
        {f.confidence !== 'exact' && <span>{f.confidence}</span>}
      </p>
      <h3 className="finding-what">
        <Prose text={f.what} />
      </h3>
      <div className="finding-columns">
        {f.because.length > 0 && (
          <dl className="because">
            {f.because.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
        {f.safeIf.length > 0 && (
          <div className="safe">
            <h4>Safe if</h4>
            <ul>
              {f.safeIf.map((text) => (
                <li key={text}>
                  <Prose text={text} />
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </>
  );
}
