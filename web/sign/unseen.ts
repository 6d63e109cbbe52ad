/** A reminder at the last moment: files that never came into view. The figure is signed; nobody is kept from signing by it. */
import type { PrepareBody } from '../api/generated.ts';

export function unseenText({ filesViewed, filesTotal }: Pick<PrepareBody['review'], 'filesViewed' | 'filesTotal'>): string {
  if (filesViewed >= filesTotal) return '';
  const files = filesTotal === 1 ? 'the one file of this change' : filesViewed === 0 ? `any of the ${filesTotal} files` : `${filesTotal - filesViewed} of the ${filesTotal} files`;
  return `You have not looked at ${files}. Your signature will say so.`;
}
