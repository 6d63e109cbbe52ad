import { expect, it } from 'vitest';
import { connectionsWithin, roomForConnections } from './room.ts';

it('holds no more connections than leaves a git its pipes', () => {
  expect(connectionsWithin(192)).toBe(48);
  expect(connectionsWithin('unlimited')).toBe(256);
  expect(connectionsWithin(undefined)).toBe(256);
  expect(connectionsWithin(3)).toBe(8);
});

it('reads what this process may open', () => {
  expect(roomForConnections()).toBeGreaterThanOrEqual(8);
  expect(Number.isInteger(roomForConnections())).toBe(true);
});
