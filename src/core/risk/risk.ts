/** Findings: what a detector saw. Rules alone force a tier; nothing an author writes lowers one. */
import { order } from '../base/order.ts';

export const TIERS = order(['routine', 'elevated', 'high', 'critical']);
export type Tier = (typeof TIERS.values)[number];

export interface Place {
  readonly path: string;
  readonly side: 'base' | 'head' | 'plan';
  /** 1-based. */
  readonly line?: number;
  /** For example `aws_db_instance.main` or `table orders`. */
  readonly object?: string;
}

export interface Finding {
  /** Stable id, never reused, for example `TF102`. */
  readonly rule: string;
  readonly slug: string;
  readonly version: number;
  readonly severity: Tier;
  readonly confidence: 'exact' | 'inferred' | 'heuristic';
  readonly place: Place;
  /** One sentence a tired reader understands: what happens in production if this lands. */
  readonly what: string;
  /** Facts it rests on, as [name, value] pairs. */
  readonly because: readonly (readonly [string, string])[];
  /** What would make it safe. */
  readonly safeIf: readonly string[];
}

/** Stable within one change: signers give one disposition for each. */
export const findingKey = (f: Finding): string => `${f.rule}:${f.place.path}:${f.place.object ?? ''}:${f.place.line ?? 0}`;

/** A file no detector understood, a parse failure, an absent plan. */
export interface NotAnalysed {
  readonly path: string;
  readonly why: string;
}

export interface Risk {
  readonly findings: readonly Finding[];
  readonly notAnalysed: readonly NotAnalysed[];
  /** The highest severity; `routine` when there is no finding. */
  readonly tier: Tier;
}

export interface Detector {
  readonly id: string;
  /** Pure and total; reads base against head. A throw is caught by `detect` and becomes a META finding. */
  detect(evidence: RiskEvidence): readonly Finding[];
  /** Whether it understands this file by its content, so that its silence says something. Absent: that is left to what the path says. */
  reads?(file: FileEvidence): boolean;
}

/** What detectors read: typed trees of every changed file, base and head, and plans. See evidence.ts. */
export type { RiskEvidence } from './evidence.ts';

import type { FileEvidence, RiskEvidence } from './evidence.ts';
