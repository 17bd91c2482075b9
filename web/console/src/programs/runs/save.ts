import { toast } from "sonner";
import { explain } from "../../api/problem";
import { save } from "../../lib/csv";

/** Hands a file that the server makes to the browser; a toast says why it could not be had. */
export async function saveFile(file: Promise<Blob>, name: string): Promise<void> {
  try {
    save(name, await file);
  } catch (error) {
    toast.error(explain(error), { id: name });
  }
}
