/** The dossier of one change: what a person reads before they sign, and where they sign. */

import { useState } from 'react';
import type { Dossier } from '../api/generated.ts';
import { useDossier, useSession } from '../api/queries.ts';
import { ChangeFiles } from '../diff/change-files.tsx';
import { BreakGlass, GlassBanner } from '../glass/break-glass.tsx';
import { Owned } from '../own/owned.tsx';
import type { SignedNow } from '../sign/confirm.tsx';
import { SignPanel, toJudgement } from '../sign/sign-panel.tsx';
import { useDraft } from '../sign/use-draft.ts';
import { useReview } from '../sign/use-review.ts';
import { step, useShortcuts } from '../ui/shortcuts.ts';
import { useTitle } from '../ui/title.ts';
import { Commits } from './commits.tsx';
import { Findings } from './findings.tsx';
import { Head } from './head.tsx';
import { Identity } from './identity.tsx';
import { ProvenancePart } from './provenance.tsx';
import { ReaderPart } from './reader.tsx';
import { Requirement } from './requirement.tsx';
import { Systems } from './systems.tsx';
import { Unreadable } from './unreadable.tsx';
import { Why } from './why.tsx';

export default function DossierPage({ id }: { id: string }) {
  const { data, error, isPending } = useDossier(id);
  const person = useSession().data?.person?.id ?? '';
  useTitle(data === undefined ? 'Change' : data.decision.findings.length > 0 ? data.decision.summary : data.title);
  if (isPending) return <p className="loading">Reading the change…</p>;
  if (error !== null) return <Unreadable id={id} error={error} />;
  return <Judging key={`${data.id}:${person}`} dossier={data} person={person} />;
}

function Judging({ dossier, person }: { dossier: Dossier; person: string }) {
  const control = useDraft(dossier.id, person);
  const review = useReview(dossier.files.length);
  const [now, setNow] = useState<SignedNow>();
  const judging = dossier.mine.canSign && dossier.state === 'open' && now === undefined;
  useShortcuts({
    j: () => step('.section h2', 1),
    k: () => step('.section h2', -1),
    ']': () => step('.finding', 1),
    '[': () => step('.finding', -1),
    s: toJudgement,
  });
  return (
    <article className={`dossier tier-edge-${dossier.decision.tier}`}>
      <div className="dossier-columns">
        <div className="dossier-text">
          <Head dossier={dossier} />
          <GlassBanner id={dossier.id} />
          <Owned dossier={dossier} />
          <Why dossier={dossier} />
          <Findings dossier={dossier} control={judging ? control : undefined} />
          <Systems systems={dossier.decision.systems} />
          <Requirement dossier={dossier} me={person} />
          <ProvenancePart provenance={dossier.decision.provenance} />
          <Commits dossier={dossier} />
          <ChangeFiles dossier={dossier} onSeen={review.saw} />
          <ReaderPart id={dossier.id} />
          <BreakGlass id={dossier.id} />
          <Identity dossier={dossier} />
        </div>
        <SignPanel dossier={dossier} control={control} review={review} now={now} onSigned={setNow} />
      </div>
    </article>
  );
}
