/** Kubernetes, base against head: what is removed, what guards it, what is left running, and what it may do. One rule or few a file. */
import type { FileEvidence } from '../evidence.ts';
import type { Detector, Finding } from '../risk.ts';
import { TIERS } from '../risk.ts';
import { admission } from './admission.ts';
import { disruption } from './disruption.ts';
import { images } from './images.ts';
import { keep } from './keep.ts';
import { keys } from './keys.ts';
import { netpol } from './netpol.ts';
import { isSample, type KubeSides, kubeSides } from './objects.ts';
import { orphans } from './orphans.ts';
import { privilege } from './privilege.ts';
import { probes } from './probes.ts';
import { reclaim } from './reclaim.ts';
import { removed } from './removed.ts';
import { replicas } from './replicas.ts';
import { resources } from './resources.ts';
import { rollout } from './rollout.ts';
import { templates } from './templates.ts';
import { unrendered } from './unrendered.ts';

const OF_OBJECTS: readonly ((sides: KubeSides) => readonly Finding[])[] = [
  removed,
  keep,
  reclaim,
  replicas,
  disruption,
  probes,
  resources,
  rollout,
  orphans,
  netpol,
  privilege,
  admission,
  images,
  keys,
];
const OF_FILES: readonly ((files: readonly FileEvidence[], sides: KubeSides) => readonly Finding[])[] = [templates, unrendered];

export const kubernetes: Detector = {
  id: 'kubernetes',
  detect: ({ files }) => {
    const sides = kubeSides(files);
    return [...OF_OBJECTS.flatMap((look) => look(sides)), ...OF_FILES.flatMap((look) => look(files, sides))].map(amongSamples);
  },
};

/** What lies among samples and test data runs nowhere that people use: it is shown, and asks for no more than a second look. */
export const amongSamples = (f: Finding): Finding => (isSample(f.place.path) && TIERS.above(f.severity, 'elevated') ? { ...f, severity: 'elevated' } : f);
