/** What is read from settings, contracts, alerts and flags. */
import type { Detector } from '../risk.ts';
import { alerts } from './alerts.ts';
import { avro } from './avro.ts';
import { endpoints } from './endpoints.ts';
import { flags } from './flags.ts';
import { limits } from './limits.ts';
import { openapi } from './openapi.ts';
import { proto } from './proto.ts';
import { shape } from './shape.ts';
import { signals } from './signals.ts';

export const CONFIG_DETECTORS: readonly Detector[] = [limits, endpoints, shape, alerts, signals, proto, openapi, avro, flags];
