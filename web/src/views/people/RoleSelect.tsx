import { kRoles } from '../../model/roles';
import type { Role } from '../../protocol/people';

interface RoleSelectProps {
  role: Role;
  onChange: (role: Role) => void;
  /** Roles that cannot be chosen, and why. */
  closed?: Partial<Record<Role, string>>;
  label?: string;
  testid: string;
}

export function RoleSelect({ role, onChange, closed = {}, label, testid }: RoleSelectProps) {
  return (
    <select
      className="select"
      value={role}
      onChange={({ target }) => onChange(target.value as Role)}
      aria-label={label}
      data-testid={testid}
    >
      {kRoles.map((each) => (
        <option key={each} value={each} disabled={closed[each] !== undefined} title={closed[each]}>
          {each}
        </option>
      ))}
    </select>
  );
}
