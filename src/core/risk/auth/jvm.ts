/** Spring and Jakarta: annotations above classes and methods, and the chain that says which paths are open. */
import type { Framework } from './framework.ts';

export const spring: Framework = {
  id: 'spring',
  files: /\.(?:java|kt|scala|groovy)$/,
  sounds: /@PreAuthorize|@PostAuthorize|@Secured|@RolesAllowed|@PermitAll|permitAll|Matchers\(|anyRequest|@Authenticated|@DenyAll|@RateLimiter|@Anonymous/,
  scope: /^(?:public\s+|final\s+|abstract\s+|open\s+|data\s+)*(?:class|interface|object)\s+(\w+)/,
  handler: /^(?:public|protected|private|override|suspend|fun)\s+(?:[\w<>[\],.?\s]{0,200}\s)?(\w+)\s*\(/,
  route: /^\.?((?:request|ant|mvc|path|regex)Matchers\((?:[^()]|\([^()]*\)){0,300}\)|anyRequest\(\))/,
  marker: /^@\w+/,
  guard:
    /@(PreAuthorize|PostAuthorize|Secured|RolesAllowed|DenyAll|Authenticated|RequiresPermissions|RequiresRoles|RequiresAuthentication)\b|\.(hasRole|hasAnyRole|hasAuthority|hasAnyAuthority|authenticated|fullyAuthenticated|denyAll|access)\(/g,
  open: /@(PermitAll|Anonymous\w*)\b|\.(permitAll)\(|\b(anonymous)\(\)/g,
  throttle: /@(RateLimiter|RateLimit|Bulkhead)\b/g,
};
