/** What is read from lockfiles, manifests, images and vendored code. */
import type { Detector } from '../risk.ts';
import { direct } from './direct.ts';
import { engines } from './engines.ts';
import { locks } from './locks.ts';
import { registries } from './registries.ts';
import { vendored } from './vendored.ts';

export const DEPENDENCY_DETECTORS: readonly Detector[] = [locks, direct, registries, engines, vendored];
