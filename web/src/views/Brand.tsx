export function Brand() {
  return (
    <span className="brand">
      <svg width="20" height="20" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="9" fill="var(--accent)" />
        <path
          d="M20.5 11.2a6.2 6.2 0 1 0 0 9.6"
          fill="none"
          stroke="var(--on-accent)"
          strokeWidth="3"
          strokeLinecap="round"
        />
        <circle cx="23" cy="16" r="2.2" fill="var(--on-accent)" />
      </svg>
      <span>Coditect</span>
    </span>
  );
}
