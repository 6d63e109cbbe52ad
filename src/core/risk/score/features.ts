/** All that the score knows of a change: 94 values, in this order. What each is stands with the code that computes it. */
import { AUTHOR_FEATURES } from './author.ts';
import type { Feature } from './feature.ts';
import { FILE_FEATURES } from './file-history.ts';
import { KIND_FEATURES } from './kinds.ts';
import { MESSAGE_FEATURES, TIME_FEATURES, WORD_FEATURES } from './message.ts';
import { REVERT_FEATURES } from './reverts.ts';
import { SIZE_FEATURES } from './size.ts';

/** Raised with every change of what a value means: a model fitted on other meanings must not be used. */
export const FEATURES_VERSION = 1;

export const FEATURES: readonly Feature[] = [
  ...SIZE_FEATURES,
  ...FILE_FEATURES,
  ...AUTHOR_FEATURES,
  ...REVERT_FEATURES,
  ...MESSAGE_FEATURES,
  ...WORD_FEATURES,
  ...TIME_FEATURES,
  ...KIND_FEATURES,
];
