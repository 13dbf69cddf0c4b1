const fs = require('fs');
const http = require('http');

fs.appendFileSync('diary.txt', 'server\n');
http.createServer((_, response) => response.end('open')).listen(Number(process.argv[2]), '127.0.0.1');
