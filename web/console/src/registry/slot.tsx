import type { ComponentProps, ComponentType } from "react";
import { Boundary } from "../ui/boundary";
import type { Slots } from "./program";
import { usePrograms } from "./registry";

type Props<Name extends keyof Slots> = ComponentProps<NonNullable<Slots[Name]>>;

/** Shows what programs put in this place, in the order in which they were registered. One that breaks is left out. */
export function Slot<Name extends keyof Slots>({ name, ...props }: { name: Name } & Props<Name>) {
  return usePrograms().map((program) => {
    const Part = program.slots?.[name] as ComponentType<object> | undefined;
    return (
      Part && (
        <Boundary key={program.name} fallback={null}>
          <Part {...props} />
        </Boundary>
      )
    );
  });
}
