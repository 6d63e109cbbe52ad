/** Routing, mesh and names, base against head, in whatever format they are written. */
import { amongSamples, kubeSides } from '../kubernetes/objects.ts';
import type { Detector } from '../risk.ts';
import { balancers } from './balancers.ts';
import { blockSides } from './blocks.ts';
import { edge } from './edge.ts';
import { hosts } from './hosts.ts';
import { mesh } from './mesh.ts';
import { names } from './names.ts';
import { order } from './order.ts';
import { proxies, proxyOf } from './proxy.ts';
import { routes } from './routes.ts';
import { weights } from './weights.ts';
import { isZone, zones } from './zone.ts';

export const network: Detector = {
  id: 'network',
  reads: (file) => isZone(file) || proxyOf(file) !== undefined,
  detect: ({ files }) => {
    const objects = kubeSides(files);
    const blocks = blockSides(files);
    const ofPairs = objects.pairs.flatMap((p) => [...weights(p), ...order(p)]);
    const ofBlocks = [routes, balancers, names, edge].flatMap((look) => look(blocks));
    return [...ofPairs, ...hosts(objects), ...mesh(objects), ...ofBlocks, ...zones(files), ...proxies(files)].map(amongSamples);
  },
};
