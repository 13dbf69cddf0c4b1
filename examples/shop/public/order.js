import { $, idInAddress } from './kit.js';

$('#number').textContent = idInAddress();
$('#invoice').href = `/orders/${idInAddress()}/invoice`;
