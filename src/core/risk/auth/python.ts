/** Django and its REST framework, Flask, FastAPI, Pyramid: decorators, mixins, attributes of a class, dependencies in a signature. */
import type { Framework } from './framework.ts';

export const python: Framework = {
  id: 'python',
  files: /\.py$/,
  sounds: /login_required|permission|authenticat|authoriz|_required\b|LoginRequired|Depends\(|Security\(|csrf|ratelimit|throttle|require_|IsAuth|IsAdmin|roles_/,
  scope: /^class\s+(\w+)/,
  handler: /^(?:async\s+)?def\s+(\w+)/,
  marker: /^@/,
  wide: /^(?:permission_classes|authentication_classes|throttle_classes|permission_required|decorators|login_required|dispatch|method_decorators|[\w.]*before_request)\b\s*[=(]/,
  guard:
    /\b(login_required|staff_member_required|superuser_required|admin_required|permission_required|permissions_required|roles?_required|roles_accepted|auth_required|jwt_required|fresh_jwt_required|token_required|user_passes_test|permission_classes|authentication_classes|LoginRequiredMixin|PermissionRequiredMixin|UserPassesTestMixin|StaffRequiredMixin|AccessMixin|require_(?:auth\w{0,30}|login|permission\w{0,30}|role\w{0,30}|admin|scope\w{0,30}|user|csrf(?!\s*=\s*False)\w{0,30})|requires_(?:auth\w{0,30}|permission\w{0,30}|role\w{0,30}|scope\w{0,30})|csrf_protect|permission\s*=|effective_principals\s*=|(?:Depends|Security)\(\s*[\w.]*(?:auth|user|admin|permission|role|token|scope|current|login|verify|require)\w{0,30})/g,
  open: /\b(csrf_exempt|AllowAny|allow_anonymous|anonymous_allowed|permission_classes\s*=\s*[[(]\s*[\])]|authentication_classes\s*=\s*[[(]\s*[\])]|login_exempt|public_endpoint|NO_PERMISSION_REQUIRED|require_csrf\s*=\s*False)/g,
  throttle: /\b(ratelimit|rate_limit\w{0,30}|limiter\.limit|throttle_classes|axes_dispatch|otp_required|mfa_required|require_methods_mfa)\b/g,
};
