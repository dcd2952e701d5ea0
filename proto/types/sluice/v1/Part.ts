// Original file: proto/sluice/v1/completions.proto

import type { Reasoning as _sluice_v1_Reasoning, Reasoning__Output as _sluice_v1_Reasoning__Output } from '../../sluice/v1/Reasoning.js';
import type { ToolCall as _sluice_v1_ToolCall, ToolCall__Output as _sluice_v1_ToolCall__Output } from '../../sluice/v1/ToolCall.js';
import type { ToolResult as _sluice_v1_ToolResult, ToolResult__Output as _sluice_v1_ToolResult__Output } from '../../sluice/v1/ToolResult.js';
import type { Image as _sluice_v1_Image, Image__Output as _sluice_v1_Image__Output } from '../../sluice/v1/Image.js';

export interface Part {
  'text'?: (string);
  'reasoning'?: (_sluice_v1_Reasoning | null);
  'toolCall'?: (_sluice_v1_ToolCall | null);
  'toolResult'?: (_sluice_v1_ToolResult | null);
  'image'?: (_sluice_v1_Image | null);
  'refusal'?: (string);
  'part'?: "text"|"reasoning"|"toolCall"|"toolResult"|"image"|"refusal";
}

export interface Part__Output {
  'text'?: (string);
  'reasoning'?: (_sluice_v1_Reasoning__Output | null);
  'toolCall'?: (_sluice_v1_ToolCall__Output | null);
  'toolResult'?: (_sluice_v1_ToolResult__Output | null);
  'image'?: (_sluice_v1_Image__Output | null);
  'refusal'?: (string);
  'part'?: "text"|"reasoning"|"toolCall"|"toolResult"|"image"|"refusal";
}
