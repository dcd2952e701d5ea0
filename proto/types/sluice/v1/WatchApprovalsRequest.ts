// Original file: proto/sluice/v1/approvals.proto


export interface WatchApprovalsRequest {
}

export interface WatchApprovalsRequest__Output {
}
