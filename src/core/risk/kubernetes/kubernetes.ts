/** Kubernetes, base against head: what is removed, what guards it, what is left running, and what it may do. One rule or few a file. */
import type { FileEvidence } from '../evidence.ts';
import type { Detector, Finding } from '../risk.ts';
import { admission } from './admission.ts';
import { disruption } from './disruption.ts';
import { images } from './images.ts';
import { keep } from './keep.ts';
import { keys } from './keys.ts';
import { netpol } from './netpol.ts';
import { amongSamples, type KubeSides, kubeSides, objectsOf } from './objects.ts';
import { orphans } from './orphans.ts';
import { privilege } from './privilege.ts';
import { probes } from './probes.ts';
import { reclaim } from './reclaim.ts';
import { removed } from './removed.ts';
import { replicas } from './replicas.ts';
import { resources } from './resources.ts';
import { rollout } from './rollout.ts';
import { templates } from './templates.ts';
import { isInput, unrendered } from './unrendered.ts';

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
  reads: (file) => isInput(file) || [file.base, file.head].some((side) => objectsOf(file.path, side).length > 0),
  detect: ({ files }) => {
    const sides = kubeSides(files);
    return [...OF_OBJECTS.flatMap((look) => look(sides)), ...OF_FILES.flatMap((look) => look(files, sides))].map(amongSamples);
  },
};
