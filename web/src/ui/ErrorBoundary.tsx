import { Component, type ReactNode } from 'react';
import { Button, Problem } from './controls';

interface Props {
  /** What is missing when its drawing failed. */
  what: string;
  children: ReactNode;
}

/** Keeps a fault in one part from taking the page, and the edits in it, away. */
export class ErrorBoundary extends Component<Props, { message: string | null }> {
  override state = { message: null };

  static getDerivedStateFromError(error: unknown): { message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    const { message } = this.state;
    if (message === null) return this.props.children;
    return (
      <div className="stack padded">
        <Problem
          message={`${this.props.what} cannot be shown: ${message}`}
          hint="If the server was updated meanwhile, reloading the page helps."
        />
        <Button icon="retry" onClick={() => this.setState({ message: null })}>
          Try again
        </Button>
      </div>
    );
  }
}
