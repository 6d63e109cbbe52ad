/** Sizes of machines as clouds name them: `db.r6g.2xlarge`, `n2-standard-8`, `Standard_D4s_v5`. */

const SIZES = ['nano', 'micro', 'small', 'medium', 'large', 'xlarge'];

/** Of the same family alone: between families nothing is known. */
export function smallerMachine(was: string, is: string): boolean {
  const [a, b] = [sizeOf(was), sizeOf(is)];
  return a !== undefined && b !== undefined && a.family === b.family && b.size < a.size;
}

interface Size {
  readonly family: string;
  readonly size: number;
}

function sizeOf(name: string): Size | undefined {
  const text = name.trim().toLowerCase();
  if (text.length > 60) return undefined;
  const aws = /^((?:db|cache|ml|search)\.)?([a-z][a-z\d-]{1,8})\.(\d{0,3})(nano|micro|small|medium|large|xlarge)(?:\.\w+)?$/.exec(text);
  if (aws !== null) return { family: `aws ${aws[1] ?? ''}`, size: SIZES.indexOf(aws[4] ?? '') * 100 + Number(aws[3] || 1) };
  const gcp = /^(?:db-)?([a-z]\d[a-z]?-(?:standard|highmem|highcpu|custom))-(\d{1,3})/.exec(text);
  if (gcp !== null) return { family: `gcp ${gcp[1]}`, size: Number(gcp[2]) };
  const azure = /^standard_([a-z]+)(\d{1,3})([a-z]*)(_v\d)?$/.exec(text);
  return azure === null ? undefined : { family: `azure ${azure[1]}`, size: Number(azure[2]) };
}
