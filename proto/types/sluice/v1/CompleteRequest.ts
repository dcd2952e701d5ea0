// Original file: proto/sluice/v1/completions.proto

import type { Message as _sluice_v1_Message, Message__Output as _sluice_v1_Message__Output } from '../../sluice/v1/Message.js';
import type { Tool as _sluice_v1_Tool, Tool__Output as _sluice_v1_Tool__Output } from '../../sluice/v1/Tool.js';
import type { ToolChoice as _sluice_v1_ToolChoice, ToolChoice__Output as _sluice_v1_ToolChoice__Output } from '../../sluice/v1/ToolChoice.js';
import type { ResponseFormat as _sluice_v1_ResponseFormat, ResponseFormat__Output as _sluice_v1_ResponseFormat__Output } from '../../sluice/v1/ResponseFormat.js';
import type { Label as _sluice_v1_Label, Label__Output as _sluice_v1_Label__Output } from '../../sluice/v1/Label.js';

export interface CompleteRequest {
  'model'?: (string);
  'messages'?: (_sluice_v1_Message)[];
  'tools'?: (_sluice_v1_Tool)[];
  'toolChoice'?: (_sluice_v1_ToolChoice | null);
  'parallelToolCalls'?: (boolean);
  'maxTokens'?: (number);
  'choices'?: (number);
  'temperature'?: (number | string);
  'topP'?: (number | string);
  'stop'?: (string)[];
  'seed'?: (number);
  'presencePenalty'?: (number | string);
  'frequencyPenalty'?: (number | string);
  'responseFormat'?: (_sluice_v1_ResponseFormat | null);
  'reasoningEffort'?: (string);
  'logprobs'?: (boolean);
  'topLogprobs'?: (number);
  'labels'?: (_sluice_v1_Label)[];
  'resumable'?: (boolean);
  'idempotencyKey'?: (string);
  '_parallelToolCalls'?: "parallelToolCalls";
  '_maxTokens'?: "maxTokens";
  '_temperature'?: "temperature";
  '_topP'?: "topP";
  '_seed'?: "seed";
  '_presencePenalty'?: "presencePenalty";
  '_frequencyPenalty'?: "frequencyPenalty";
  '_topLogprobs'?: "topLogprobs";
}

export interface CompleteRequest__Output {
  'model': (string);
  'messages': (_sluice_v1_Message__Output)[];
  'tools': (_sluice_v1_Tool__Output)[];
  'toolChoice': (_sluice_v1_ToolChoice__Output | null);
  'parallelToolCalls'?: (boolean);
  'maxTokens'?: (number);
  'choices': (number);
  'temperature'?: (number);
  'topP'?: (number);
  'stop': (string)[];
  'seed'?: (number);
  'presencePenalty'?: (number);
  'frequencyPenalty'?: (number);
  'responseFormat': (_sluice_v1_ResponseFormat__Output | null);
  'reasoningEffort': (string);
  'logprobs': (boolean);
  'topLogprobs'?: (number);
  'labels': (_sluice_v1_Label__Output)[];
  'resumable': (boolean);
  'idempotencyKey': (string);
  '_parallelToolCalls'?: "parallelToolCalls";
  '_maxTokens'?: "maxTokens";
  '_temperature'?: "temperature";
  '_topP'?: "topP";
  '_seed'?: "seed";
  '_presencePenalty'?: "presencePenalty";
  '_frequencyPenalty'?: "frequencyPenalty";
  '_topLogprobs'?: "topLogprobs";
}
