/** What the author says of their own change, for whoever judges it; and for the author, the place to say it. */

import { useState } from 'react';
import type { Dossier, Ownership, OwnReceipt } from '../api/generated.ts';
import { SaveReceipt } from '../sign/save-receipt.tsx';
import { PersonName } from '../ui/person.tsx';
import { Section } from '../ui/section.tsx';
import { When } from '../ui/when.tsx';
import { anyOf, count, HOLDS } from '../ui/words.ts';
import { OwnForm } from './own-form.tsx';

export function Owned({ dossier }: { dossier: Dossier }) {
  const { asked, settled, given, mine } = dossier.ownership;
  const [receipt, setReceipt] = useState<OwnReceipt>();
  const owed = asked !== null && !settled && (dossier.state === 'open' || dossier.state === 'signed');
  if (asked === null && given.length === 0 && !mine.canOwn) return null;
  return (
    <Section id="ownership" title="What its author says">
      {given.map((word) => (
        <Word key={word.index} word={word} dossier={dossier} />
      ))}
      {owed && !mine.canOwn && <Waiting dossier={dossier} owners={asked.owners} />}
      {receipt !== undefined && (
        <div data-testid="own-receipt">
          <p>
            Log entry <strong>{receipt.index}</strong>: whoever reviews it can sign now.
          </p>
          <SaveReceipt receipt={receipt.receipt} name={`${dossier.id}.own`} />
        </div>
      )}
      {mine.canOwn && receipt === undefined && (owed ? <Asked dossier={dossier} onSigned={setReceipt} /> : <Again dossier={dossier} onSigned={setReceipt} />)}
    </Section>
  );
}

interface FormProps {
  readonly dossier: Dossier;
  onSigned(receipt: OwnReceipt): void;
}

const Asked = ({ dossier, onSigned }: FormProps) => (
  <>
    <p className="lead" data-testid="own-asked">
      You are behind this change, so you speak first: nobody is asked to sign it before you have signed what you read, ran and do not understand.
    </p>
    <OwnForm id={dossier.id} files={dossier.decision.change.paths.length} onSigned={onSigned} />
  </>
);

const Again = ({ dossier, onSigned }: FormProps) => (
  <details className="glass">
    <summary>{dossier.ownership.given.length === 0 ? 'Say of your own accord what you read, ran and do not understand' : 'Say it again'}</summary>
    <OwnForm id={dossier.id} files={dossier.decision.change.paths.length} onSigned={onSigned} />
  </details>
);

function Waiting({ dossier, owners }: { dossier: Dossier; owners: readonly string[] }) {
  const names = owners.map((id) => dossier.people[id]?.name ?? id);
  return (
    <p className="warn" data-testid="own-waiting">
      {owners.length === 0
        ? 'Nobody behind this change is on the roster, so nobody can own it: it has to be pushed again with an account the roster knows.'
        : `Nothing yet. ${anyOf(names)} has to sign what they read, ran and do not understand; before that nobody can sign this change.`}
    </p>
  );
}

function Word({ word: { author, at, index, said, problems }, dossier }: { word: Ownership['given'][number]; dossier: Dossier }) {
  return (
    <div className="statement" data-testid="owned" id={`ownership-${index}`}>
      <p>
        <PersonName person={dossier.people[author] ?? { id: author, name: author, level: '' }} /> owned it <When at={at} />, log entry {index}
      </p>
      {problems.length > 0 && <p className="warn">It does not count: {problems.map((p) => p.message).join('; ')}.</p>}
      {said !== null && (
        <>
          <blockquote>“{said.statement}”</blockquote>
          <dl>
            <Part name="Read, by their word" items={[`${said.read.files} of ${count(said.read.filesTotal, 'file')}`]} />
            <Part name="Ran" items={said.ran} />
            <Part name="Does not understand" items={said.notUnderstood} />
            <Part name="Assumptions" items={said.assumptions.map((a) => `${a.text} (${HOLDS[a.holds]})`)} />
          </dl>
        </>
      )}
    </div>
  );
}

function Part({ name, items }: { name: string; items: readonly string[] }) {
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
