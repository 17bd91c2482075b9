/** The operations of the program placements, made by `make types` from its OpenAPI document: do not edit. */

import { at, type CallOptions, type Listed, type WriteOptions } from "./door.js";
import { Groat } from "./operations.js";
import type { AttachInput, CandidateDashboard, CandidateInput, CandidatePage, CandidateView, CreditsGiven, CreditsInput, FileCandidatePage, PlaceInput, PlacementActPage, PlacementChange, PlacementFilePage, PlacementFileView, PlacementInput, PlacementMemberPage, PlacementPage, PlacementView, ProcessInput } from "./wire.js";

/** A server of groat with the program placements. */
export class Placements extends Groat {
  /**
   * Make a placement. A placement has files of candidates. An app that knows it by an id of its own gives that. For admins and services.
   *
   * `POST /v1/placements`
   */
  createPlacement(body: PlacementInput, options: WriteOptions = {}): Promise<PlacementView> {
    return this.call<PlacementView>({ method: "POST", path: "/v1/placements", body, keyed: true }, options);
  }

  /**
   * List placements. Placements, the newest first, each with how many files and candidates it has. For admins, support and services.
   *
   * `GET /v1/placements`
   */
  listPlacements(options: { archived?: boolean | undefined; cursor?: string | undefined; limit?: number | undefined } & CallOptions = {}): Listed<PlacementPage> {
    return this.list<PlacementPage>({ method: "GET", path: "/v1/placements" }, options);
  }

  /**
   * Read a placement. A placement, with how many files and candidates it has. For admins, support and services.
   *
   * `GET /v1/placements/{placement}`
   */
  getPlacement(placement: string, options: CallOptions = {}): Promise<PlacementView> {
    return this.call<PlacementView>({ method: "GET", path: at`/v1/placements/${placement}` }, options);
  }

  /**
   * Change or archive a placement. Its candidates' screens show the change. A placement in the archive takes no files, candidates or credits. For admins and services.
   *
   * `PATCH /v1/placements/{placement}`
   */
  changePlacement(placement: string, body: PlacementChange, options: WriteOptions = {}): Promise<PlacementView> {
    return this.call<PlacementView>({ method: "PATCH", path: at`/v1/placements/${placement}`, body, keyed: true }, options);
  }

  /**
   * List a placement's candidates. Everybody who is placed there, by a file or without one, with what they have now. For admins, support and services.
   *
   * `GET /v1/placements/{placement}/candidates`
   */
  listPlacementCandidates(placement: string, options: { q?: string | undefined; cursor?: string | undefined; limit?: number | undefined } & CallOptions = {}): Listed<PlacementMemberPage> {
    return this.list<PlacementMemberPage>({ method: "GET", path: at`/v1/placements/${placement}/candidates` }, options);
  }

  /**
   * Place a candidate. Places somebody without a file. Their screens show the placement at once. For admins and services.
   *
   * `PUT /v1/placements/{placement}/candidates/{user}`
   */
  placeCandidate(placement: string, user: string, body: PlaceInput = {}, options: WriteOptions = {}): Promise<CandidateView> {
    return this.call<CandidateView>({ method: "PUT", path: at`/v1/placements/${placement}/candidates/${user}`, body, keyed: true }, options);
  }

  /**
   * List candidates. All candidates in order of their ids, with what they have now. For admins, support and services.
   *
   * `GET /v1/candidates`
   */
  listCandidates(options: { q?: string | undefined; which?: "placed" | "regular" | "legacy" | undefined; cursor?: string | undefined; limit?: number | undefined } & CallOptions = {}): Listed<CandidatePage> {
    return this.list<CandidatePage>({ method: "GET", path: "/v1/candidates" }, options);
  }

  /**
   * Read a candidate. A candidate, with what they have now. For admins, support and services.
   *
   * `GET /v1/candidates/{user}`
   */
  getCandidate(user: string, options: CallOptions = {}): Promise<CandidateView> {
    return this.call<CandidateView>({ method: "GET", path: at`/v1/candidates/${user}` }, options);
  }

  /**
   * Keep a candidate's record. Tells groat of somebody without a placement: a regular candidate, or one of an older app. Files that name their id or their e-mail address reach them. For admins and services.
   *
   * `PUT /v1/candidates/{user}`
   */
  keepCandidate(user: string, body: CandidateInput = {}, options: WriteOptions = {}): Promise<CandidateView> {
    return this.call<CandidateView>({ method: "PUT", path: at`/v1/candidates/${user}`, body, keyed: true }, options);
  }

  /**
   * Read a candidate's dashboard. A candidate's credits, their month, and where they are placed. People read their own, staff and services everybody's. Read it again after each event of the person's stream. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/candidates/{user}/dashboard`
   */
  getCandidateDashboard(user: string, options: CallOptions = {}): Promise<CandidateDashboard> {
    return this.call<CandidateDashboard>({ method: "GET", path: at`/v1/candidates/${user}/dashboard` }, options);
  }

  /**
   * Attach an uploaded file. Uploading takes two calls: `POST /v1/runs/drafts` reads the file and checks its rows, and this one says to which placement it belongs. Until the file is processed, its draft can be corrected: columns, formats, chosen rows. For admins and services.
   *
   * `POST /v1/placements/{placement}/files`
   */
  attachPlacementFile(placement: string, body: AttachInput, options: WriteOptions = {}): Promise<PlacementFileView> {
    return this.call<PlacementFileView>({ method: "POST", path: at`/v1/placements/${placement}/files`, body, keyed: true }, options);
  }

  /**
   * List a placement's files. The files of a placement, the newest first, with what stands in them and whom they placed. For admins, support and services.
   *
   * `GET /v1/placements/{placement}/files`
   */
  listPlacementFiles(placement: string, options: { cursor?: string | undefined; limit?: number | undefined } & CallOptions = {}): Listed<PlacementFilePage> {
    return this.list<PlacementFilePage>({ method: "GET", path: at`/v1/placements/${placement}/files` }, options);
  }

  /**
   * List a file's candidates. Candidates whom the file placed, in the order of its lines. There are none before it is processed. For admins, support and services.
   *
   * `GET /v1/placements/{placement}/files/{file}/candidates`
   */
  listFileCandidates(placement: string, file: string, options: { cursor?: string | undefined; limit?: number | undefined } & CallOptions = {}): Listed<FileCandidatePage> {
    return this.list<FileCandidatePage>({ method: "GET", path: at`/v1/placements/${placement}/files/${file}/candidates` }, options);
  }

  /**
   * List what gave credits. The acts that gave credits in a placement, the newest first, each with its run: there are its progress, the receipts of its people, and its undoing. For admins, support and services.
   *
   * `GET /v1/placements/{placement}/acts`
   */
  listPlacementActs(placement: string, options: { cursor?: string | undefined; limit?: number | undefined } & CallOptions = {}): Listed<PlacementActPage> {
    return this.list<PlacementActPage>({ method: "GET", path: at`/v1/placements/${placement}/acts` }, options);
  }

  /**
   * Process a file. Turns the rows into candidates, those who are not known yet too, and gives each what their row says: in one run, which waits for another person where it is large. People are found by id, then by e-mail address. For admins and services.
   *
   * `POST /v1/placements/{placement}/files/{file}/process`
   */
  processPlacementFile(placement: string, file: string, body: ProcessInput = {}, options: WriteOptions = {}): Promise<CreditsGiven> {
    return this.call<CreditsGiven>({ method: "POST", path: at`/v1/placements/${placement}/files/${file}/process`, body, keyed: true }, options);
  }

  /**
   * Give credits to a file's candidates. Everybody whom the file names gets `credits`, or has them afterwards (`set`), in one run. Before the file is processed its rows say whom it means: regular and legacy candidates are found by id, then by e-mail address. For admins and services.
   *
   * `POST /v1/placements/{placement}/files/{file}/credits`
   */
  updateFileCredits(placement: string, file: string, body: CreditsInput, options: WriteOptions = {}): Promise<CreditsGiven> {
    return this.call<CreditsGiven>({ method: "POST", path: at`/v1/placements/${placement}/files/${file}/credits`, body, keyed: true }, options);
  }

  /**
   * Give credits to the candidates of all files. As `updateFileCredits`, for all files of the placement together: who stands in several gets it once. For admins and services.
   *
   * `POST /v1/placements/{placement}/files/credits`
   */
  assignBulkFileCredits(placement: string, body: CreditsInput, options: WriteOptions = {}): Promise<CreditsGiven> {
    return this.call<CreditsGiven>({ method: "POST", path: at`/v1/placements/${placement}/files/credits`, body, keyed: true }, options);
  }

  /**
   * Give credits to everybody of a placement. As `assignBulkFileCredits`, and also for those who were placed without a file. For admins and services.
   *
   * `POST /v1/placements/{placement}/credits`
   */
  assignPlacementCredits(placement: string, body: CreditsInput, options: WriteOptions = {}): Promise<CreditsGiven> {
    return this.call<CreditsGiven>({ method: "POST", path: at`/v1/placements/${placement}/credits`, body, keyed: true }, options);
  }
}
