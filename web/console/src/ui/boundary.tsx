import { Component, type ReactNode } from "react";

interface Props {
  /** Shown in the place of what broke. */
  fallback: ReactNode;
  children: ReactNode;
}

/** Keeps an error inside: what is around it goes on. */
export class Boundary extends Component<Props, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render(): ReactNode {
    return this.state.broken ? this.props.fallback : this.props.children;
  }
}
