/** What is read from source text, modes and guard files. */
import type { Detector } from '../risk.ts';
import { backups } from './backups.ts';
import { guards } from './guards.ts';
import { hidden } from './hidden.ts';
import { homoglyph } from './homoglyph.ts';
import { submodule } from './submodule.ts';
import { suppressions } from './suppressions.ts';
import { testsRemoved } from './tests-removed.ts';

export const SOURCE_DETECTORS: readonly Detector[] = [guards, backups, submodule, hidden, homoglyph, suppressions, testsRemoved];
