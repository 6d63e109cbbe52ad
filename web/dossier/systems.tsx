/** The running systems the change touches: rules no test knows, and what breaks with them. */
import type { TouchedSystem } from '../api/generated.ts';
import { Prose } from '../ui/prose.tsx';
import { Section } from '../ui/section.tsx';

export function Systems({ systems }: { systems: readonly TouchedSystem[] }) {
  if (systems.length === 0) return null;
  return (
    <Section id="systems" title={systems.length === 1 ? 'System' : 'Systems'}>
      {systems.map((s) => (
        <div key={s.id} className="system">
          <p className="lead">
            {s.name} <span className="criticality">criticality {s.criticality}</span>
          </p>
          {s.invariants.length > 0 && (
            <>
              <h3>Must stay true</h3>
              <ul className="invariants">
                {s.invariants.map((text) => (
                  <li key={text}>
                    <Prose text={text} />
                  </li>
                ))}
              </ul>
            </>
          )}
          {s.dependents.length > 0 && (
            <>
              <h3>Breaks with it</h3>
              <ul className="names dependents">
                {s.dependents.map((d) => (
                  <li key={d}>{d}</li>
                ))}
              </ul>
            </>
          )}
        </div>
      ))}
    </Section>
  );
}
