import type { KindView, RequestView } from "@groat/client";
import { useModuleOf } from "../registry/registry";
import { Boundary } from "../ui/boundary";
import { headline } from "./kinds";

/** Describes a request in a line: as its program does, else by its first texts. */
export function Headline({ kind, request }: { kind: KindView | undefined; request: RequestView }) {
  const Line = useModuleOf(request)?.Line;
  const plain = headline(kind, request);
  return Line ? (
    <Boundary fallback={plain}>
      <Line request={request} />
    </Boundary>
  ) : (
    plain
  );
}
