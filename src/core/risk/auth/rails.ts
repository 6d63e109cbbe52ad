/** Rails: callbacks of a controller, and what it skips. */
import type { Framework } from './framework.ts';

export const rails: Framework = {
  id: 'rails',
  files: /\.rb$/,
  sounds: /before_action|before_filter|authenticate|authorize|skip_before|protect_from_forgery|load_and_authorize|prepend_before/,
  scope: /^(?:class|module)\s+([\w:]+)/,
  wide: /^(?:prepend_)?(?:before_action|before_filter|around_action)\b|^(?:load_and_)?authorize_resource|^authenticates?_with|^http_basic_authenticate_with|^skip_\w+|^rate_limit\b|^throttle\b|^protect_from_forgery|^allow_unauthenticated|^require_\w+|^ensure_\w+|^policy_class|^verify_authorized/,
  guard:
    /\b(?:before_action|before_filter|around_action|prepend_before_action)\s*\(?\s*:?((?:authenticate|authorize|require|ensure|check|verify|confirm|restrict|must|only|login|admin|validate)\w{0,30}[!?]?)|^((?:load_and_)?authorize_resource|http_basic_authenticate_with|verify_authorized|protect_from_forgery)/g,
  open: /\b(skip_(?:before_action|before_filter|around_action|authorization\w{0,30}|authorize_resource)\s*\(?\s*:?\w{0,30}(?:auth|login|verif|admin|require|ensure|csrf|confirm)\w{0,30}[!?]?|allow_unauthenticated_access|skip_authorization_check)/g,
  throttle: /^(rate_limit|throttle)\b|\bbefore_action\s*\(?\s*:?(\w{0,30}(?:throttle|rate_limit|lockout|mfa|two_factor|otp)\w{0,30})/g,
};
